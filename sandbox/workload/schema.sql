-- The intake's tables. Run as app_owner; `app` may use them and owns nothing.

CREATE TABLE IF NOT EXISTS orders (
    order_id        text PRIMARY KEY,
    idempotency_key text NOT NULL UNIQUE,
    text            text NOT NULL,
    site            text NOT NULL,
    epoch           bigint,
    accepted_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What an order causes outside: written with the order, sent later, by its id at most once to a receiver that
-- keeps ids, and never by a site of an older epoch to a receiver that looks at it.
CREATE TABLE IF NOT EXISTS outbox (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   text NOT NULL REFERENCES orders (order_id),
    kind       text NOT NULL,
    payload    jsonb NOT NULL,
    site       text NOT NULL,
    epoch      bigint,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at    timestamptz
);

CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (message_id) WHERE sent_at IS NULL;

-- Of a canary: read back by its id, on no list, and the cause of nothing outside.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS synthetic boolean NOT NULL DEFAULT false;

-- What clinical work is done from: lists, counts and exports read this, never the table.
CREATE OR REPLACE VIEW clinical_orders AS
    SELECT order_id, text, site, epoch, accepted_at FROM orders WHERE NOT synthetic;

GRANT SELECT, INSERT, UPDATE ON orders, outbox TO app;
GRANT SELECT ON clinical_orders TO app;
GRANT DELETE ON outbox TO app;
