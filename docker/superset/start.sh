#!/usr/bin/env bash
# Superset's own tables, its administrator and the connection to the marts, made at each start; then its server.
set -euo pipefail

superset db upgrade
superset fab create-admin --username admin --firstname Caravan --lastname Administrator --email admin@localhost \
    --password "$CARAVAN_SUPERSET_PASSWORD"
superset fab reset-password --username admin --password "$CARAVAN_SUPERSET_PASSWORD"
superset init
password=$(python -c 'import os, urllib.parse; print(urllib.parse.quote(os.environ["CARAVAN_CLICKHOUSE_READER_PASSWORD"], safe=""))')
superset set-database-uri -d "Caravan marts" -u "clickhousedb://caravan_reader:$password@clickhouse:8123/marts"
exec /usr/bin/run-server.sh
