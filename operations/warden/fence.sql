-- The fence: a database refuses writes unless its site holds a valid lease. See docs/fence.md.
-- Run by the master user, in one transaction with the other parts (install.py), as often as one likes: every statement
-- leaves what is right already as it is.

-- Two installers at once would trip over each other's half-made objects.
select pg_catalog.pg_advisory_xact_lock(1279870533, 3);

-- Roles ---------------------------------------------------------------------------------------------------------------

do $roles$
declare
    wanted text;
begin
    foreach wanted in array array['app', 'app_owner', 'warden'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            execute pg_catalog.format('create role %I login', wanted);
        end if;
        -- RDS only: lets the role log in with an IAM token instead of a password.
        if exists (select from pg_catalog.pg_roles where rolname = 'rds_iam')
            and not pg_catalog.pg_has_role(wanted, 'rds_iam', 'member') then
            execute pg_catalog.format('grant rds_iam to %I', wanted);
        end if;
    end loop;
    -- Since PostgreSQL 16 the creator of a role administers it but is no member: without this, no default privileges.
    if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        execute pg_catalog.format('grant app_owner to %I with inherit true, set true', current_user);
    end if;
    execute pg_catalog.format('grant create on database %I to app_owner', pg_catalog.current_database());
end
$roles$;

revoke create on schema public from public;
grant usage, create on schema public to app_owner;
grant usage on schema public to app;
alter default privileges for role app_owner grant select, insert, update, delete on tables to app;
alter default privileges for role app_owner grant usage, select on sequences to app;
alter default privileges for role app_owner grant usage on schemas to app;

-- What the fence knows ------------------------------------------------------------------------------------------------

create schema if not exists lifeline;

create table if not exists lifeline.lease (
    site text primary key,
    epoch bigint not null,
    valid_until timestamptz not null,
    -- The database's clock before the strong read that the lease rests on.
    taken_at timestamptz not null,
    -- Set: this epoch's lease was ended on request and is not renewed.
    revoked_at timestamptz
);
create table if not exists lifeline.heartbeat (site text primary key, beat_at timestamptz not null);
-- Counts what the fence refused. A sequence, because a refused statement's own rows are rolled back with it.
create sequence if not exists lifeline.refusals;
create table if not exists lifeline.settings (name text primary key, value text not null);
create table if not exists lifeline.lease_extension (
    token text primary key,
    site text not null,
    epoch bigint not null,
    minutes integer not null,
    granted_by text[] not null,
    reason text not null,
    requested_at timestamptz not null,
    honoured_at timestamptz not null,
    valid_until timestamptz not null
);

-- The fence itself ----------------------------------------------------------------------------------------------------

-- Security definer: the application needs no right on the lease. The shared lock comes first: a revocation takes it
-- exclusively, so whoever waited here reads the lease after it, in a snapshot of its own (READ COMMITTED).
create or replace function lifeline.fence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $fence$
declare
    counts lifeline.lease;
begin
    perform pg_advisory_xact_lock_shared(1279870533, 1);
    select * into counts from lifeline.lease order by epoch desc limit 1;
    if counts.valid_until > clock_timestamp() then
        return null;
    end if;
    if session_user <> 'warden' then  -- its test writes are no orders
        perform nextval('lifeline.refusals');
    end if;
    raise exception using
        errcode = 'LL001',
        message = case when counts.site is null
            then 'write refused: no site has ever held a lease on this database'
            else format('write refused: the lease of site %s (epoch %s) ran out at %s',
                counts.site, counts.epoch, counts.valid_until)
            end,
        hint = 'Send the write to the active site. If this is the active site, its warden cannot renew the lease: '
            'see docs/fence.md.';
end
$fence$;

-- Tables of the application that lack the fence or carry a weaker one. `shaped`: the trigger itself is as it should be
-- (62: BEFORE, statement, all four events) and is only not always enabled.
create or replace view lifeline.unguarded as
select c.oid::pg_catalog.regclass as relation, c.relowner as owner, coalesce(t.shaped, false) as shaped
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join lateral (
    select g.tgfoid = 'lifeline.fence()'::pg_catalog.regprocedure and g.tgtype = 62 and g.tgqual is null as shaped,
        g.tgenabled = 'A' as always
    from pg_catalog.pg_trigger g where g.tgrelid = c.oid and g.tgname = 'lifeline_fence'
) t on true
where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
    and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'lifeline')
    and (t.shaped and t.always) is not true;

-- Guards every table that the caller may alter. Runs as the caller: on RDS the master is not a superuser.
-- What it does is DDL itself and calls it again, nested: so it does no more than is missing.
create or replace function lifeline.guard() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $guard$
declare
    open_table record;
begin
    for open_table in select relation, shaped from lifeline.unguarded where pg_has_role(owner, 'usage') loop
        if not open_table.shaped then
            execute format(
                'create or replace trigger lifeline_fence before insert or update or delete or truncate on %s '
                'for each statement execute function lifeline.fence()', open_table.relation);
        end if;
        -- Always: also in a session that says it only replays (session_replication_role = replica).
        execute format('alter table %s enable always trigger lifeline_fence', open_table.relation);
    end loop;
end
$guard$;

create or replace function lifeline.guard_after_ddl() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp as $after$
begin
    perform lifeline.guard();
end
$after$;

do $event$
begin
    if exists (select from pg_catalog.pg_event_trigger where evtname = 'lifeline_guard' and evtenabled = 'A') then
        return;
    end if;
    drop event trigger if exists lifeline_guard;
    create event trigger lifeline_guard on ddl_command_end
        when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE FOREIGN TABLE', 'IMPORT FOREIGN SCHEMA',
            'CREATE SCHEMA', 'ALTER TABLE', 'ALTER FOREIGN TABLE', 'CREATE TRIGGER', 'ALTER TRIGGER', 'DROP TRIGGER')
        execute function lifeline.guard_after_ddl();
    alter event trigger lifeline_guard enable always;
end
$event$;

-- The warden's own test write has to pass the same fence.
create or replace trigger lifeline_fence before insert or update or delete or truncate on lifeline.heartbeat
    for each statement execute function lifeline.fence();
alter table lifeline.heartbeat enable always trigger lifeline_fence;
select lifeline.guard();
