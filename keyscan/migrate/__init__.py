"""Reading what other scanners were told -> the same for keyscan, and a line for whatever could not be carried over.

Each reader takes a file's text and fills a `Carried`; nothing here opens, writes or scans anything.
"""
