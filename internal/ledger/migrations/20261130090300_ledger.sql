-- +goose Up
-- 公开日志: one append-only tree per province (0 = the nation). No column holds anything about a person.
create table ledger_head (
  province integer primary key, size bigint not null, at bigint not null
);

-- What everybody may read of a leaf: kind, time, commitment; and which object of ours it is about.
create table ledger_leaf (
  province integer not null, idx bigint not null, at bigint not null, kind text not null,
  subject text not null, part bigint not null, commitment bytea not null,
  primary key (province, idx),
  constraint ledger_leaf_kind check (kind <> '' and subject <> '')
);
create index ledger_leaf_subject on ledger_leaf (province, subject, idx);

-- What a commitment hides. The row goes when a text must go for privacy; the leaf stays.
create table ledger_open (
  province integer not null, idx bigint not null, salt bytea not null, record bytea not null,
  primary key (province, idx)
);

-- The tree: 256 hashes of 32 bytes a row.
create table ledger_tile (
  province integer not null, level integer not null, n bigint not null, hashes bytea not null,
  primary key (province, level, n)
);

-- Signed heads, made after the commit; the newest and those somebody cosigned are kept.
create table ledger_checkpoint (
  province integer not null, size bigint not null, at bigint not null, note text not null,
  primary key (province, size)
);

-- The last cosignature of each witness.
create table ledger_cosignature (
  province integer not null, witness text not null, size bigint not null, at bigint not null, line text not null,
  primary key (province, witness)
);

-- The keys a log was signed with, from which size on.
create table ledger_key (
  province integer not null, vkey text not null, since bigint not null, at bigint not null,
  primary key (province, vkey)
);
