# The line in a container: Debian's Python, the application, and nothing to build with. compose.yaml starts it.

FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip
WORKDIR /line
COPY requirements.txt .
# Wheels with known hashes only: nothing is compiled here.
RUN python3 -m venv --without-pip .venv && \
    python3 -m pip --python .venv/bin/python install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt
COPY . .
RUN SECRET_KEY=for-the-static-files-only DJANGO_READ_DOT_ENV=off .venv/bin/python manage.py collectstatic --noinput -v0

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin line
COPY --from=build /line /line
WORKDIR /line
ENV PATH=/line/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_READ_DOT_ENV=off
USER line
# For a database in a file: DATABASE_URL=sqlite:////data/db.sqlite3
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "gunicorn.conf.py", "--bind", "0.0.0.0:8000", "conferenceline.wsgi"]
