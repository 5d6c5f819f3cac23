"""The sequence of a failover and of the way back, with the times that the settings give at worst."""

from __future__ import annotations

from techmoda_ha.documentation.diagrams.sequence import Phase, Step, Story
from techmoda_ha.documentation.diagrams.words import Words

CLIENT, DNS, PRIMARY, DR, LATCH, OPERATOR = range(6)

# Times: modules/failover (3 x (10 + 6) s, for STOP 2 x (10 + 6) s, and a TTL of 60 s), ADR 47 and ADR 48.
FAILOVER = Story(
    Words("A failover and the way back", "Una conmutación y la vuelta"),
    (
        Words("Client", "Cliente"),
        Words("Route 53 DNS, checkers", "Route 53 DNS, comprobadores"),
        Words("us-east-1"),
        Words("us-west-2"),
        Words("Latch (us-west-2)", "Cerrojo (us-west-2)"),
        Words("Engineer on call", "Ingeniero de guardia"),
    ),
    (
        Phase(Words("Normal service", "Servicio normal")),
        Step(CLIENT, DNS, Words("api.<domain>?", "¿api.<dominio>?")),
        Step(DNS, CLIENT, Words("us-east-1, for 60 s", "us-east-1, por 60 s")),
        Step(CLIENT, PRIMARY, Words("requests over TLS", "peticiones por TLS")),
        Step(PRIMARY, DR, Words("items, about 1 s later", "elementos, 1 s después")),
        Step(DNS, PRIMARY, Words("health, every 10 s", "salud, cada 10 s")),
        Phase(Words("us-east-1 goes dark", "us-east-1 se apaga")),
        Step(CLIENT, PRIMARY, Words("requests fail", "las peticiones fallan"), Words("0 s"), bad=True),
        Step(
            DNS,
            PRIMARY,
            Words("3 checks in a row fail", "fallan 3 controles seguidos"),
            Words("≤ 48 s"),
            bad=True,
        ),
        Step(
            CLIENT,
            DNS,
            Words("api.<domain>? once the TTL is over", "¿api.<dominio>? al vencer el TTL"),
            Words("≤ 108 s"),
        ),
        Step(DNS, CLIENT, Words("us-west-2")),
        Step(CLIENT, DR, Words("requests, answered by us-west-2", "peticiones, las responde us-west-2")),
        Step(
            LATCH,
            DNS,
            Words(
                "looks where DNS leads, every 5 s; two looks at us-west-2",
                "mira adónde lleva el DNS, cada 5 s; dos veces us-west-2",
            ),
        ),
        Step(
            LATCH,
            DR,
            Words("engages STOP: the failover is kept", "activa STOP: la conmutación se mantiene"),
        ),
        Step(LATCH, OPERATOR, Words("alarm stop-engaged", "alarma stop-engaged")),
        Phase(Words("us-east-1 is back; failing back is a decision", "us-east-1 vuelve; regresar se decide")),
        Step(
            DR,
            PRIMARY,
            Words("what was written meanwhile", "lo escrito mientras tanto"),
        ),
        Step(
            OPERATOR,
            PRIMARY,
            Words(
                "ha failover resume: healthy? markers both ways within 5 s? else refused",
                "ha failover resume: ¿sana? ¿marcadores en ambos sentidos en 5 s? si no, se niega",
            ),
        ),
        Step(OPERATOR, DR, Words("releases STOP", "libera STOP")),
        Step(DNS, CLIENT, Words("us-east-1 again", "us-east-1 otra vez"), Words("≤ 92 s")),
        Step(
            LATCH,
            DNS,
            Words("arms itself once DNS leads to us-east-1", "se arma cuando el DNS lleva a us-east-1"),
        ),
    ),
)
