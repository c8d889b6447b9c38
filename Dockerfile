# The site's server. compose.yaml shows it with everything around it.
# Two stages: what is needed to build does not come along.

FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/app.txt requirements/app.txt
RUN /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements/app.txt
COPY . .
# The keys are for this one command; nothing of them is kept.
RUN DEBUG=0 SECRET_KEY=collecting-files-needs-a-key-and-does-nothing-with-it JWT_SIGNING_KEY=collecting-files-needs-another-key-and-does-nothing-too \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && /venv/bin/python -m compileall -q /app /venv

FROM python:3.12-slim
# Who it runs as owns none of the files.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin realtime
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH DEBUG=0 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# 127.0.0.1 must be among ALLOWED_HOSTS. A server that drains is unhealthy, and gets nobody new.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=2 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
