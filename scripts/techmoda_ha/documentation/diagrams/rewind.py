"""The sequence of a rewind: damaged items put right while the API serves."""

from __future__ import annotations

from techmoda_ha.documentation.diagrams.sequence import Phase, Step, Story
from techmoda_ha.documentation.diagrams.words import Words

CLIENT, API, TABLE, STREAM, HA, OPERATOR = range(6)

REWIND = Story(
    Words("A rewind after a deployment that corrupted data", "Un rebobinado tras un despliegue dañino"),
    (
        Words("Client", "Cliente"),
        Words("Products API", "API de productos"),
        Words("DynamoDB table", "Tabla DynamoDB"),
        Words("Its stream, 24 h", "Su stream, 24 h"),
        Words("ha recover"),
        Words("Engineer on call", "Ingeniero de guardia"),
    ),
    (
        Phase(Words("T: a faulty deployment begins to write", "T: un despliegue erróneo empieza a escribir")),
        Step(API, TABLE, Words("damaged items", "elementos dañados"), bad=True),
        Step(TABLE, STREAM, Words("old and new image", "imagen vieja y nueva")),
        Step(API, OPERATOR, Words("alarm implausible-products", "alarma implausible-products")),
        Step(CLIENT, API, Words("good writes go on", "siguen escrituras buenas")),
        Step(API, TABLE, Words("also into damaged items", "también en los dañados")),
        Phase(Words("Stop the writer, then plan", "Detener al que escribe y planificar")),
        Step(
            OPERATOR,
            API,
            Words("alias back to the version before", "el alias vuelve a la versión anterior"),
        ),
        Step(OPERATOR, HA, Words("rewind --to T --plan")),
        Step(HA, STREAM, Words("every change since T", "cada cambio desde T")),
        Step(
            HA,
            HA,
            Words(
                "takes the bad writes out, replays the others",
                "quita las malas, repite las demás",
            ),
        ),
        Step(HA, OPERATOR, Words("what would change", "qué cambiaría")),
        Phase(Words("Put right, item by item, while clients read", "Reparar uno a uno mientras se lee")),
        Step(OPERATOR, HA, Words("apply FILE", "apply FICHERO")),
        Step(
            HA,
            TABLE,
            Words(
                "each item on the condition that nobody has changed it since; never an erased key",
                "cada elemento si nadie lo ha cambiado desde entonces; nunca una clave borrada",
            ),
        ),
        Step(
            HA,
            STREAM,
            Words("what came in between; up to 3 rounds", "lo llegado entre tanto; hasta 3 rondas"),
        ),
        Step(HA, OPERATOR, Words("repaired, and the undo file", "reparado, y el fichero para deshacer")),
        Step(CLIENT, API, Words("right products again", "productos correctos de nuevo")),
    ),
)
