"""The entry point of `ha`: an interrupt ends it in words even while it is still starting."""

import sys


def run() -> None:
    """Run the command line."""
    try:
        from techmoda_ha.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted.")


if __name__ == "__main__":
    run()
