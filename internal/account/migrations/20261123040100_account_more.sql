-- +goose Up
-- AB角: who stands in for whom, for which verbs ('' = all he may lend) and for which agency (0 = any).
create table account_substitute (
  id bigint primary key,
  principal bigint not null references person (id),
  delegate bigint not null references person (id),
  since bigint not null,
  until bigint not null,
  verbs text not null default '',
  agency bigint not null default 0,
  reason text not null,
  made_by bigint not null,
  created_at bigint not null,
  ended_at bigint,
  check (principal <> delegate),
  check (since < until)
);
create index account_substitute_principal on account_substitute (principal, id);
create index account_substitute_delegate on account_substitute (delegate, id);

-- One-time codes printed on a slip, kept as a keyed hash.
create table account_slip (
  id bigint primary key,
  login bigint not null references login (id),
  kind text not null check (kind in ('activation', 'recovery')),
  code bytea not null,
  totp bytea,
  issued_by bigint not null,
  reason text not null default '',
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create unique index account_slip_code on account_slip (code);
create index account_slip_login on account_slip (login, id);

-- Between the two halves of a passkey or OpenID Connect ceremony; minutes only.
create table account_ceremony (
  ticket bytea primary key,
  kind text not null,
  login bigint,
  data bytea not null,
  expires_at bigint not null
);
create index account_ceremony_expires on account_ceremony (expires_at);

create table account_passkey (
  id bigint primary key,
  login bigint not null references login (id),
  credential bytea not null,
  data bytea not null,
  label text not null default '',
  created_at bigint not null,
  used_at bigint
);
create unique index account_passkey_credential on account_passkey (credential);
create index account_passkey_login on account_passkey (login, id);

-- Which subject of the operator's OpenID Connect provider is which login.
create table account_subject (
  issuer text not null,
  subject text not null,
  login bigint not null references login (id),
  linked_by bigint not null,
  created_at bigint not null,
  primary key (issuer, subject)
);
create index account_subject_login on account_subject (login);

-- 交接清单: what passed from the leaver to the successor, for both to sign.
create table account_handover (
  id bigint primary key,
  leaver bigint not null references person (id),
  successor bigint not null references person (id),
  made_by bigint not null,
  reason text not null,
  created_at bigint not null,
  leaver_signed_at bigint,
  successor_signed_at bigint,
  check (leaver <> successor)
);
create index account_handover_leaver on account_handover (leaver, id);
create index account_handover_successor on account_handover (successor, id);
create table account_handover_line (
  handover bigint not null references account_handover (id),
  line bigint not null,
  item text not null,
  primary key (handover, line)
);
