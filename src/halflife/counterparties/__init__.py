"""Who is alive: offtakers, operators, sponsors, guarantors, vendors."""
