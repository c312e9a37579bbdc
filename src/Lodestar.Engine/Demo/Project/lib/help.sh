cat -- "$here/docs/commands.txt"
