"""The room that tries addresses from here: it connects, asks and listens, and judges what came of it.

``targets`` says what is tried and how, ``dial`` tries one and ``sweep`` all of them at once, ``whence``
says where that is, ``beside`` gathers what is known of each Service, and ``verdict`` judges. It refuses
to write to a cluster, to resolve a name, to check a certificate, and to print: it gives values.
"""
