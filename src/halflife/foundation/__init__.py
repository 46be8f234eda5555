"""What every room stands on: errors, units, the written document, spec base, time grid."""
