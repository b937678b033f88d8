"""`python -m deploy.cli`: the same as `portal`, where that script is not installed (containers, the supervisor)."""

from deploy.cli import main

if __name__ == "__main__":
    main()
