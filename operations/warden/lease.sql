-- The lease that the fence asks for: how it is renewed, ended, extended; and what may be asked from outside.
-- A parameter that is called like a column is written with its function's name.

-- What the warden may do with the lease -------------------------------------------------------------------------------

-- Renews the lease for a strong read that was begun at `asked_at` (this database's clock) and named the site.
-- The end is counted from before the read, never from now: a warden that slept between its read and this call renews
-- nothing.
create or replace function lifeline.renew(site text, epoch bigint, asked_at timestamptz, length interval) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $renew$
declare
    counts lifeline.lease;
begin
    perform pg_advisory_xact_lock(1279870533, 2);
    select * into counts from lifeline.lease l order by l.epoch desc limit 1;
    if counts.epoch > renew.epoch or (counts.epoch = renew.epoch and counts.site <> renew.site) then
        return 'superseded';
    elsif counts.epoch = renew.epoch and counts.revoked_at is not null then
        return 'revoked';
    elsif counts.epoch = renew.epoch and counts.taken_at > renew.asked_at then
        return 'overtaken';
    end if;
    insert into lifeline.lease as l (site, epoch, valid_until, taken_at)
    select renew.site, renew.epoch, renew.asked_at + renew.length, renew.asked_at
    where clock_timestamp() < renew.asked_at + renew.length
    on conflict on constraint lease_pkey do update
        set epoch = excluded.epoch, valid_until = excluded.valid_until, taken_at = excluded.taken_at, revoked_at = null;
    return case when found then 'renewed' else 'late' end;
end
$renew$;

-- The record names another site in `epoch`: what is left of an older lease here ends now.
create or replace function lifeline.give_up(epoch bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $give_up$
begin
    perform pg_advisory_xact_lock(1279870533, 2);
    update lifeline.lease l set valid_until = clock_timestamp()
    where l.epoch < give_up.epoch and l.valid_until > clock_timestamp();
    return found;
end
$give_up$;

-- Ends the lease of `epoch` for good. Commit it, then call `settle`.
create or replace function lifeline.revoke(site text, epoch bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $revoke$
begin
    perform pg_advisory_xact_lock(1279870533, 2);
    if exists (select from lifeline.lease l where l.epoch > revoke.epoch) then
        return 'superseded';
    end if;
    insert into lifeline.lease as l (site, epoch, valid_until, taken_at, revoked_at)
    values (revoke.site, revoke.epoch, clock_timestamp(), clock_timestamp(), clock_timestamp())
    on conflict on constraint lease_pkey do update
        set epoch = excluded.epoch, valid_until = least(l.valid_until, excluded.valid_until),
            revoked_at = coalesce(case when l.epoch = excluded.epoch then l.revoked_at end, excluded.revoked_at);
    return 'revoked';
end
$revoke$;

-- After a revocation: waits for writers that passed the fence before it, then ends the transactions whose snapshot is
-- older (REPEATABLE READ would still see the old lease). Both under the exclusive lock: nobody slips in between.
-- Returns the number of sessions ended; raises lock_not_available when a writer is still there after `patience`.
create or replace function lifeline.settle(patience interval) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $settle$
declare
    -- The revocation is committed: what began after this moment sees it in any isolation level.
    before constant timestamptz := clock_timestamp();
    older record;
    ended integer := 0;
begin
    perform set_config('lock_timeout', (extract(epoch from patience) * 1000)::integer::text, true);
    perform pg_advisory_xact_lock(1279870533, 1);
    loop
        perform pg_stat_clear_snapshot();
        select pid into older from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
            and backend_xmin is not null and xact_start < before and usename is distinct from 'rdsadmin'
        limit 1;
        exit when not found;
        if clock_timestamp() > before + 2 * patience then
            raise exception using errcode = 'lock_not_available', message = 'an older transaction does not end';
        end if;
        if pg_terminate_backend(older.pid, 1000) then
            ended := ended + 1;
        end if;
    end loop;
    return ended;
end
$settle$;

-- The break-glass: extends the lease of this site without any read of the record, once for each token, and writes it
-- down.
create or replace function lifeline.extend_unread(
    site text, token text, minutes integer, granted_by text[], reason text, requested_at timestamptz
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $extend$
declare
    counts lifeline.lease;
    until timestamptz := clock_timestamp() + make_interval(mins => minutes);
begin
    perform pg_advisory_xact_lock(1279870533, 2);
    select * into counts from lifeline.lease l order by l.epoch desc limit 1;
    if counts.site is distinct from extend_unread.site then
        return 'not the holder';
    elsif counts.revoked_at is not null then
        return 'revoked';
    end if;
    insert into lifeline.lease_extension as e
    values (token, site, counts.epoch, minutes, granted_by, reason, requested_at, clock_timestamp(), until)
    on conflict on constraint lease_extension_pkey do nothing;
    if not found then
        return 'honoured before';
    end if;
    update lifeline.lease l set valid_until = until, taken_at = clock_timestamp() where l.site = extend_unread.site;
    return 'extended';
end
$extend$;

-- The break-glass of a promotion that could not write the record: the next epoch's lease for this site, once for each
-- token, and written down. Not while this copy still shows another site's lease to be valid.
create or replace function lifeline.take_unread(
    site text, token text, minutes integer, granted_by text[], reason text, requested_at timestamptz
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $take$
declare
    counts lifeline.lease;
    until timestamptz := clock_timestamp() + make_interval(mins => minutes);
    following bigint;
begin
    perform pg_advisory_xact_lock(1279870533, 2);
    select * into counts from lifeline.lease l order by l.epoch desc limit 1;
    if counts.site <> take_unread.site and counts.revoked_at is null and counts.valid_until > clock_timestamp() then
        return 'held';
    end if;
    following := coalesce(counts.epoch, 0) + 1;
    if counts.site = take_unread.site and counts.revoked_at is null then
        following := counts.epoch;
    end if;
    insert into lifeline.lease_extension as e
    values (token, site, following, minutes, granted_by, reason, requested_at, clock_timestamp(), until)
    on conflict on constraint lease_extension_pkey do nothing;
    if not found then
        return 'honoured before';
    end if;
    insert into lifeline.lease as l (site, epoch, valid_until, taken_at)
    values (take_unread.site, following, until, clock_timestamp())
    on conflict on constraint lease_pkey do update
        set epoch = excluded.epoch, valid_until = excluded.valid_until, taken_at = excluded.taken_at, revoked_at = null;
    return 'taken';
end
$take$;

-- What may be asked from outside --------------------------------------------------------------------------------------

-- The rows of one of the application's tables; the warden itself may read none of them.
create or replace function lifeline.count_rows(relation text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $count$
declare
    result bigint;
begin
    execute format('select count(*) from %s', lifeline.application_table(relation)) into result;
    return result;
end
$count$;

-- Which of the digests (SHA-256 in hex of the column's text) no row has: identifiers themselves need not leave the
-- site.
create or replace function lifeline.missing(relation text, identifier text, digests text[]) returns setof text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $missing$
begin
    return query execute format(
        'select d from unnest($1) d except select encode(sha256(convert_to(%I::text, ''UTF8'')), ''hex'') from %s',
        identifier, lifeline.application_table(relation)) using digests;
end
$missing$;

create or replace function lifeline.application_table(relation text) returns regclass
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $table$
declare
    found_table regclass;
begin
    select c.oid into found_table from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = to_regclass(relation) and c.relkind in ('r', 'p') and c.relpersistence <> 't'
        and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'lifeline');
    if found_table is null then
        raise exception using
            errcode = 'undefined_table', message = format('the application has no table %s', relation);
    end if;
    return found_table;
end
$table$;

-- The epoch that outbound messages carry, so that a receiver can refuse an old one.
create or replace function lifeline.current_epoch() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select max(epoch) from lifeline.lease);
