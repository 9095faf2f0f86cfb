# Lifeline's own image: the warden, the fence's installer and the guard. The task's command says which.
#
# It is not built by this repository's checks: there is no container engine where they run. Build it, and name it by
# its digest in `lifeline:lifeline_image`:
#
#   docker buildx build --platform linux/arm64 --build-arg PYTHON=python:3.13-slim@sha256:… -t lifeline/lifeline --push .
#
# PYTHON takes a digest, so that the base is the one that was scanned; the default is a tag for want of a digest that
# would still exist when you read this.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock pyproject.toml ./
# Only what the services import, at the versions and hashes of the lock.
RUN python -m venv /opt/lifeline \
    && python - <<'PICK' > /tmp/wanted.txt
import re
wanted = {"boto3", "botocore", "cffi", "cryptography", "jmespath", "psycopg", "psycopg-binary", "pycparser", "python-dateutil", "s3transfer", "six", "typing-extensions", "urllib3"}
entries = re.split(r"\n(?=[A-Za-z0-9])", open("requirements.lock", encoding="utf-8").read())
for entry in entries:
    name = re.split(r"[\[=<>; ]", entry, maxsplit=1)[0].lower()
    if name in wanted:
        print(entry)
PICK
RUN /opt/lifeline/bin/pip install --require-hashes --no-deps -r /tmp/wanted.txt
COPY operations /opt/lifeline/app/operations

FROM ${PYTHON}
ENV PATH=/opt/lifeline/bin:$PATH PYTHONPATH=/opt/lifeline/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN groupadd --system --gid 10001 lifeline && useradd --system --uid 10001 --gid 10001 --no-create-home lifeline
COPY --from=build /opt/lifeline /opt/lifeline
WORKDIR /opt/lifeline/app
# The task's root file system is read-only; nothing here writes outside /tmp.
USER 10001:10001
CMD ["python", "-m", "operations.warden"]
