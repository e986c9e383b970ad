"""What the words of each command mean: one file a command, imported when that command is asked for.

A file here declares flags and hands them on as a value. It refuses to import at its top what only an
answer needs: whoever asks for help, or for a completion, does not wait for the rules of MetalLB.
"""
