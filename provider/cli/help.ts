export const HELP = `npx pulumi-neon-clickpipes check [options]

Checks whether a Postgres database is ready to be a source for ClickHouse ClickPipes, including
what ClickPipes itself does not check. It only reads: once as an admin, and in two logins as the
ClickPipes user.

  --uri <uri>           The database, as an admin: postgres://user:password@host:port/database.
                        Default: DATABASE_URL, else PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD,
                        PGSSLMODE, PGSSLROOTCERT, PGCHANNELBINDING. The process list shows a
                        password in --uri.
  --role <name>         The ClickPipes user. Default: clickpipes_user.
  --password-stdin      Read the ClickPipes user's password from standard input.
                        Default: CLICKPIPES_PASSWORD. No option takes the password itself, because
                        the process list would show it.
  --connection-stdin    Read role, password and publication from standard input, as
                        "pulumi stack output connection --json --show-secrets" prints them.
  --publication <name>  Default: clickpipes_publication.
  --table <name>        schema.table; repeat it for more tables. Default: all published tables. Put
                        a name with a dot in double quotes, as in SQL: 'app."v1.orders"'.
  --exclude <column>    schema.table.column that the pipe excludes; repeat it for more columns.
  --mode <mode>         cdc (default), snapshot or cdc_only.
  --slot <name>         The replication slot that the pipe will use.
  --problems            Print only what is not ok.
  --warnings-as-errors  End with status 1 if there are warnings.
  --github              Print the problems as annotations of GitHub Actions, too.
  --json                Print the report as JSON.
  --version             Print the version of this package.
  --help                Print this help.

Exit status: 0 ready (possibly with warnings), 1 blocked, 2 wrong usage or no connection.`;
