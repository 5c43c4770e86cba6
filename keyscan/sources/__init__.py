"""Where bytes come from: each source yields `Blob`; trouble becomes `Skip`, never silence."""
