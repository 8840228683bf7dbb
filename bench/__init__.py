"""What the product costs, measured."""

import os

# As in the workers (sop.celery): a library with a thread per core would be measured by how many cores there are.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
