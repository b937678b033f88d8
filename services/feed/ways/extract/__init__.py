"""Extracts: a folder of CSV files that a council makes, usually every night, taken whole or not at all."""

from services.feed.way import Way
from services.feed.ways.extract.cells import decode

SILENT_S = 30 * 3600.0
"""An extract comes each night; for so long without one the source is told to be silent."""

way = Way(read=lambda record, tables: "unknown", decode=decode, silent_s=SILENT_S)
