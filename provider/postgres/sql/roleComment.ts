import type { Role } from "./role";
import { identifier, literal, type Statement, statement } from "./statement";

/** Comments on a role that the same transaction created. No other session can see it yet. */
export function commentOnNewRole(name: string, text: string | null): Statement {
  return statement(`comment on role ${identifier(name)} is ${text === null ? "null" : literal(text)}`);
}

/**
 * Writes the comment if it is still the one that was read. Grants in several databases write their markers on the same role,
 * and advisory locks do not reach across databases. So another session may write the comment in between, and that comment must
 * not be overwritten. COMMENT takes its lock only when it writes, after the comparison. If the snapshot taken before the
 * comparison is unchanged once the lock is held, no other session committed in between.
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
              raise serialization_failure using message = 'another session changed the comment on the role';
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
              raise serialization_failure using message = 'another session is changing the comment on the role';
          end;
        end loop;
        raise serialization_failure using message = 'the comment on the role could not be written: the server is too busy';
      end $$`),
  ];
}
