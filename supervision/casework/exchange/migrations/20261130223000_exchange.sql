-- +goose Up
-- Keys of programs that bring matters or fetch what became of them. Of a key only its hash is kept.
create table exchange_key (
  id bigint not null primary key, agency bigint not null, region bigint not null, kind text not null, name text not null, hash bytea not null, per_minute integer not null,
  by_person bigint not null, at bigint not null, revoked_at bigint, revoked_by bigint, used_on text,
  constraint exchange_key_kind check (kind in ('open311', 'orders'))
);
create unique index exchange_key_hash on exchange_key (hash);
create index exchange_key_agency on exchange_key (agency, id);

-- Matters that came from another system, and when each changed last, for what is told back.
-- api_key: the program that brought it; null for a file. listed: shown by the open interface.
create table exchange_matter (
  province integer not null, matter bigint not null, agency bigint not null, source text not null, api_key bigint, token bytea not null, outside text not null default '',
  listed boolean not null default false, at bigint not null, changed_at bigint not null,
  primary key (province, matter),
  constraint exchange_matter_source check (source in ('open311', 'orders', 'file', 'superior'))
);
create index exchange_matter_key on exchange_matter (api_key, changed_at, matter) where api_key is not null;
create index exchange_matter_token on exchange_matter (api_key, token) where api_key is not null;
create index exchange_matter_agency on exchange_matter (agency, changed_at, matter);
create index exchange_matter_listed on exchange_matter (province, at, matter) where listed;

-- What became of each message of a mailbox. message and sender are keyed hashes; code is sealed.
create table exchange_mail (
  province integer not null, id bigint not null, agency bigint not null, message bytea not null, sender bytea, outcome text not null, reason text not null default '',
  number text not null default '', code bytea, at bigint not null,
  primary key (province, id),
  constraint exchange_mail_outcome check (outcome in ('filed', 'added', 'left_out', 'failed'))
);
create unique index exchange_mail_message on exchange_mail (province, agency, message);
create index exchange_mail_number on exchange_mail (province, number, id) where number <> '';
create index exchange_mail_agency on exchange_mail (agency, outcome, id);
create index exchange_mail_sender on exchange_mail (province, sender, at) where sender is not null;

-- How each mailbox was reached last.
create table exchange_mailbox (
  province integer not null, agency bigint not null, name text not null, tried_at bigint not null, reached_at bigint, fault text not null default '',
  primary key (province, agency, name)
);

-- Which column of a file means what, as a unit chose it last.
create table exchange_mapping (
  province integer not null, agency bigint not null, kind text not null, columns text not null,
  primary key (province, agency, kind)
);

-- Files of orders, of tasks for units below, of history. The file is sealed and destroyed once it was read.
create table exchange_batch (
  province integer not null, id bigint not null, agency bigint not null, region bigint not null, kind text not null, format text not null, hash text not null, heads text not null, columns text not null default '',
  state text not null, total integer not null default 0, done integer not null default 0, filed integer not null default 0, seen integer not null default 0, wrong integer not null default 0,
  by_person bigint not null, at bigint not null, ended_at bigint,
  primary key (province, id),
  constraint exchange_batch_kind check (kind in ('orders', 'superior', 'history')),
  constraint exchange_batch_state check (state in ('mapping', 'running', 'done', 'dropped'))
);
create index exchange_batch_agency on exchange_batch (agency, id);

create table exchange_row (
  province integer not null, batch bigint not null, n integer not null, outcome text not null, number text not null default '', problems text not null default '',
  primary key (province, batch, n),
  constraint exchange_row_outcome check (outcome in ('filed', 'seen', 'wrong'))
);
