import type { Role } from "./role";
import { identifier, literal, type Statement, statement } from "./statement";

/** On a role that the same transaction has made, which no one else can see yet. */
export function commentOnNewRole(name: string, text: string | null): Statement {
  return statement(`comment on role ${identifier(name)} is ${text === null ? "null" : literal(text)}`);
}

/**
 * Writes the comment if it still is what was read. Grants of several databases note themselves on the same role, and
 * advisory locks do not reach across databases: a comment that another session wrote meanwhile must not be overwritten.
 * COMMENT takes its lock only when it writes, so the comparison comes before it; that nobody has committed in between is
 * known where the snapshot before the comparison is still that of the moment when the lock is held.
 */
export function commentOnRole(
  role: Pick<Role, "oid" | "name" | "text">,
  text: string | null,
  name = role.name,
): Statement[] {
  if (text === role.text) return [];
  const values = [String(role.oid), name, role.text ?? "", text ?? ""];
  return [
    statement(
      `select set_config('clickpipes.oid', $1, true), set_config('clickpipes.role', $2, true),
              set_config('clickpipes.found', $3, true), set_config('clickpipes.comment', $4, true)`,
      values,
    ),
    statement(`
      do $$
      declare
        patience text := current_setting('lock_timeout');
        before text;
      begin
        for attempt in 1..100 loop
          begin
            before := pg_current_snapshot()::text;
            if coalesce(shobj_description(current_setting('clickpipes.oid')::oid, 'pg_authid'), '') <> current_setting('clickpipes.found') then
              raise serialization_failure using message = 'the comment on the role was changed meanwhile';
            end if;
            perform set_config('lock_timeout', '100ms', true);
            execute format('comment on role %I is %L', current_setting('clickpipes.role'),
                           nullif(current_setting('clickpipes.comment'), ''));
            perform set_config('lock_timeout', patience, true);
            if pg_current_snapshot()::text = before then return; end if;
            raise sqlstate 'CP001';
          exception
            when sqlstate 'CP001' then null;
            when lock_not_available then
              raise serialization_failure using message = 'the comment on the role is being changed';
          end;
        end loop;
        raise serialization_failure using message = 'the comment on the role could not be written: the server is too busy';
      end $$`),
  ];
}
