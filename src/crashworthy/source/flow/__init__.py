"""What handlers do with what they are given, by running them over unknown values without executing anything."""
