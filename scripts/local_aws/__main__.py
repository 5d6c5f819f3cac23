"""`python -m local_aws`; `ha local` starts it too, and says so in LOCAL_AWS_PROGRAM."""

import os

from local_aws.cli import main

if __name__ == "__main__":
    main(prog_name=os.environ.get("LOCAL_AWS_PROGRAM", "python -m local_aws"))
