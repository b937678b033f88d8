#!/bin/bash
# Starts Kafka Connect in its image so that its REST interface asks for a password: Kafka's own extension (KIP-285), which
# the official image holds. Whoever reaches an open one could have the capture's password sent to a host of their own.
# Takes PORTAL_CONNECT_PASSWORD. What may follow is the command that the image would have run.
set -eu
extension=org.apache.kafka.connect.rest.basic.auth.extension
folder=$(mktemp -d)  # 0700
printf 'portal=%s\n' "${PORTAL_CONNECT_PASSWORD:?}" >"$folder/rest.properties"
printf 'KafkaConnect {\n    %s.PropertyFileLoginModule required file="%s/rest.properties";\n};\n' "$extension" "$folder" >"$folder/jaas.conf"
if compgen -G "${KAFKA_HOME:-/kafka}/libs/connect-basic-auth-extension-*.jar" >/dev/null; then
  export CONNECT_REST_EXTENSION_CLASSES=$extension.BasicAuthSecurityRestExtension
  export KAFKA_OPTS="${KAFKA_OPTS:-} -Djava.security.auth.login.config=$folder/jaas.conf"
else
  echo "This image lacks connect-basic-auth-extension: its REST interface is open to whoever is in its network." >&2
fi
exec "${@:-/docker-entrypoint.sh}" start
