./tally help | grep -q '^help ' || { echo "help does not name itself"; exit 1; }
