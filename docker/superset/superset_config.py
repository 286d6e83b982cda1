import os

SECRET_KEY = os.environ["CARAVAN_SUPERSET_SECRET_KEY"]
