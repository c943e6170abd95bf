"""The only room that speaks to the outside: ARM, blobs, the repository; SDK clients live here."""
