"""US dollars, us-central1, without the free quota; docs/scaling.md says whence and of when."""

WRITE, READ, DELETE = 0.09e-5, 0.03e-5, 0.01e-5  # Firestore, a document
STORED_GIB_MONTH = 0.15 + 0.15 + 0.03  # Firestore: the data, its history, a backup
CPU_SECOND, GIB_SECOND, REQUEST = 24e-6, 2.5e-6, 0.40e-6  # Cloud Run, while it is asked
WAITING_SECOND = 2.5e-6  # Cloud Run: a vCPU, or a GiB, of a warm instance that waits
CACHE_LOOKUP, CACHE_GIB = 0.0075e-4, 0.08  # Cloud CDN
EGRESS_GIB = 0.12  # without the edge
STORAGE_READ = 0.0004e-3  # Cloud Storage: a file that is read
RULES_HOUR = 0.025  # forwarding rules of the edge, up to five
ARMOR_MONTH, ARMOR_REQUEST = 2 * 5.0 + 6 * 1.0, 0.75e-6  # Cloud Armor: two policies, six rules
MEMORY_GIB = 0.5  # of an instance: infra/functions.tf


def instance_second() -> float:
    """Return what an instance costs for each second in which it is asked."""
    return CPU_SECOND + MEMORY_GIB * GIB_SECOND
