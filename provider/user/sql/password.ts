import { identifier, type Statement, statement } from "../../postgres/sql/statement";
import { type DesiredRole, limits } from "./plan";

export function createRole(desired: DesiredRole, password: string): Statement[] {
  const attributes = ["login", "replication", ...limits(desired)].join(" ");
  return [statement(`create role ${identifier(desired.name)} ${attributes}`), ...assign(desired.name, password)];
}

/**
 * The ALTER that changes nothing waits for whoever else is changing the role. A statement that waits with the password in
 * it would be in the server's log as the context of "still waiting" (`log_lock_waits`), and of a session that was ended.
 */
export function setPassword(role: string, password: string): Statement[] {
  return [statement(`alter role ${identifier(role)}`), ...assign(role, password)];
}

/**
 * Sends the password as a value and lets the server put the statement together: `pg_stat_statements` keeps the literals
 * of an ALTER ROLE in clear, those of nested statements too where it tracks them, which only a superuser can switch off.
 * Errors are raised anew with SQLSTATE and message only, since the context of the original would carry the statement, and
 * with it the password, into the server's log; so would that of Postgres 18's warning of MD5. `others` leaves cancelling out.
 */
function assign(role: string, password: string): Statement[] {
  const statements = [
    statement("select set_config('clickpipes.role', $1, true), set_config('clickpipes.password', $2, true)", [
      role,
      password,
    ]),
    statement(`
      do $$
      begin
        begin
          perform set_config('pg_stat_statements.track', 'none', true);
        exception when insufficient_privilege then null;
        end;
        if current_setting('md5_password_warnings', true) is not null then
          perform set_config('md5_password_warnings', 'off', true);
        end if;
        execute format('alter role %I password %L',
                       current_setting('clickpipes.role'), current_setting('clickpipes.password'));
      exception when query_canceled or others then
        raise exception using errcode = sqlstate, message = sqlerrm;
      end $$`),
    statement("select set_config('clickpipes.password', '', true)"),
  ];
  return statements.map((one) => ({ ...one, secret: true }));
}
