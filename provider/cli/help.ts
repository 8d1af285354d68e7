export const HELP = `npx pulumi-neon-clickpipes check [options]

Says of a Postgres database what ClickHouse ClickPipes would say of it as a source, and what it
would not say. It only reads: as an admin, and in two logins as the ClickPipes user.

  --uri <uri>           the database, as an admin: postgres://user:password@host:port/database;
                        default: DATABASE_URL, else PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD,
                        PGSSLMODE, PGSSLROOTCERT. A password in --uri shows in the list of processes
  --role <name>         the ClickPipes user; default: clickpipes_user
  --password-stdin      its password is read from standard input; default: CLICKPIPES_PASSWORD.
                        There is no option that takes it: those show in the list of processes
  --publication <name>  default: clickpipes_publication
  --table <name>        schema.table, repeated for each; default: what is published
  --mode <mode>         cdc (default), snapshot or cdc_only
  --slot <name>         the replication slot that the pipe shall use
  --json                the report for machines
  --help

Exit status: 0 ready (there may be warnings), 1 blocked, 2 wrong usage or no connection.`;
