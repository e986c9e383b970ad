"""``python -m kubectl_sharedip``: the program without an installed script."""

from kubectl_sharedip.cli.main import main

main()
