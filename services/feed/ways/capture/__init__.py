"""Change data capture: Debezium on Kafka Connect writes each committed change of a table to the raw topic."""

from services.feed.way import Way
from services.feed.ways.capture.encodings import decode
from services.feed.ways.capture.records import origin, read

way = Way(read=read, decode=decode, streams=True, origin=origin)
