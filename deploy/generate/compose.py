"""What docker-compose.yml and its PostgreSQL's services.hba.conf say of each service: containers, settings, doors.

The engines, and what one service alone is given (`x-own`), are written there by hand.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from deploy.demo.pages import COUNCIL, OFFICE
from deploy.operate import acls, databases
from shared.manifest import Service

TRIAL = "only-for-trying-it-out"
OWN = re.compile(r"&([\w-]+-(?:own|container|volumes))\b", re.MULTILINE)


def blocks(services: Sequence[Service], text: str) -> dict[str, str]:
    """Each block of docker-compose.yml by its name; of `text`, the file, only the anchors under `x-own` matter."""
    own = frozenset(OWN.findall(text))
    environments = "".join(_environment(service, services, own) for service in services)
    return {
        "council": _settings(COUNCIL | OFFICE),
        "office": _settings(OFFICE),
        "environments": "\n".join([f"x-environments:\n{environments}", _passwords(services), _databases(services)]),
        "containers": "\n".join(_containers(service, services, own) for service in services),
    }


def _settings(values: Mapping[str, str]) -> str:
    return "".join(f"      {name}: {value}\n" for name, value in values.items())


def _environment(service: Service, services: Sequence[Service], own: Collection[str]) -> str:
    """What all containers of a service are given, as an anchor of its name."""
    prefix, role = service.name.upper(), databases.user(service.name)
    lines = [f"<<: *{service.name}-own"] if f"{service.name}-own" in own else []
    lines += [f"{prefix}_DATABASE_URL: {_dsn(service.name, role)}"] if service.database else []
    lines += [f"{prefix}_HOST: 0.0.0.0"]
    lines += [f"{prefix}_{name.upper()}_URL: http://{name}-web:8000" for name in _asked(service, services)]
    return f"  {service.name}: &{service.name}\n" + "".join(f"    {line}\n" for line in lines)


def _asked(service: Service, services: Sequence[Service]) -> list[str]:
    """Whom it asks over HTTP: the gateway everybody who answers, the others identity for the keys of its tokens."""
    if service.public:
        return [each.name for each in services if each.serves and each is not service]
    return ["identity"] if service.guarded else []


def _passwords(services: Sequence[Service]) -> str:
    """Of those whom Kafka is to know; `access` makes them its users."""
    known = [name for name in acls.principals(services) if name != acls.CONNECT]
    return "x-kafka-passwords: &kafka-passwords\n" + "".join(
        f"  {name.upper()}_KAFKA_PASSWORD: {_kafka_password(name)}\n" for name in known
    )


def _databases(services: Sequence[Service]) -> str:
    """Of both roles of each service; `migrate` makes them and their databases."""
    lines = [
        f"  {service.name.upper()}_{setting}: {_dsn(service.name, role)}\n"
        for service in services
        if service.database
        for role, setting in databases.roles_and_settings(service.name)
    ]
    return "x-databases: &databases\n" + "".join(lines)


def _containers(service: Service, services: Sequence[Service], own: Collection[str]) -> str:
    """One that answers, if it serves anything; one that consumes and relays, if it has a database."""
    web = _container(service, "web", own) + _web(service, services) if service.serves else ""
    worker = _container(service, "worker", own) + _worker(service.name, own) if service.database else ""
    return web + worker


def _container(service: Service, role: str, own: Collection[str]) -> str:
    name = service.name
    given = [each for each in (f"{name}-{role}-container", f"{name}-container") if each in own]
    merged = f"[*{given[0]}, *service]" if given else "*service"
    return f'  {name}-{role}:\n    <<: {merged}\n    command: ["run", "{name}", "--role", "{role}"]\n'


def _web(service: Service, services: Sequence[Service]) -> str:
    waits = [f"      {name}-web: {{condition: service_healthy}}\n" for name in _asked(service, services)]
    return f"    environment: *{service.name}\n" + ("    depends_on:\n" + "".join(waits) if service.public else "")


def _worker(name: str, own: Collection[str]) -> str:
    """Only what consumes or sends is given a password of Kafka's."""
    who = {"_USER": name, "_PASSWORD": _kafka_password(name)}
    kafka = {"": "*kafka", "_SECURITY": "SASL_SSL", "_CA_FILE": "*ca", **who}
    volumes = f"{name}-volumes" if f"{name}-volumes" in own else "trusts"
    return f"    volumes: *{volumes}\n    environment:\n      <<: *{name}\n" + "".join(
        f"      {name.upper()}_KAFKA{setting}: {value}\n" for setting, value in kafka.items()
    )


def _dsn(database: str, role: str) -> str:
    """As this role into this database; the password's variable and its default are named after the role."""
    password = f"${{PORTAL_{role.upper()}_PASSWORD:-{TRIAL}-{role.replace('_', '-')}}}"
    return f"postgresql://{role}:{password}@postgres/{database}"


def _kafka_password(name: str) -> str:
    return f"${{PORTAL_{name.upper()}_KAFKA_PASSWORD:-{TRIAL}-{name}-kafka}}"


def rules(services: Sequence[Service]) -> str:
    """The lines of services.hba.conf: a service's two roles enter its own database, no other."""
    return "".join(
        f"host    {name:<12} {f'{databases.owner(name)},{databases.user(name)}':<35} all      scram-sha-256\n"
        for name in (service.name for service in services if service.database)
    )
