"""The entry point of `ha`: an interrupt ends it in words even while it is still starting."""

import signal
import sys


def run() -> None:
    """Run the command line.

    A shell starts background jobs with SIGINT ignored, which processes inherit; `ha` and what it starts
    must be interruptible all the same.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from techmoda_ha.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted.")


if __name__ == "__main__":
    run()
