"""The command line: words become a request, and an answer becomes bytes and an exit status."""
