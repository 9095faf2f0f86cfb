-- Last of all: what each role may do with what the other parts have made.

-- Rights --------------------------------------------------------------------------------------------------------------

revoke all on schema lifeline from public;
revoke all on all tables in schema lifeline from public, app, app_owner, warden;
revoke all on all functions in schema lifeline from public, app, app_owner, warden;
revoke all on all sequences in schema lifeline from public, app, app_owner, warden;
grant select on all tables in schema lifeline to warden;
grant select on all sequences in schema lifeline to warden;
grant insert, update on lifeline.heartbeat to warden;
grant execute on function
    lifeline.renew, lifeline.give_up, lifeline.revoke, lifeline.settle, lifeline.extend_unread, lifeline.take_unread,
    lifeline.count_rows, lifeline.missing, lifeline.digests, lifeline.rescue to warden;
-- Whoever creates a table, a temporary one included, runs the event trigger's work as himself, and a trigger on a table
-- of one's own needs the right to execute its function. None of these tells or changes anything by itself.
grant usage on schema lifeline to public;
grant select on lifeline.unguarded to public;
grant execute on function lifeline.fence, lifeline.guard, lifeline.guard_after_ddl, lifeline.current_epoch to public;
