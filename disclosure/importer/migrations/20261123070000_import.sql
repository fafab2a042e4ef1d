-- +goose Up
-- A batch of past publications: who prepared it and which two further persons accepted it. Persons are of the office.
create table import_batch (
  province integer not null, id bigint not null, number text not null,
  region bigint not null, agency bigint not null,
  kind text not null default '', name text not null, hash text not null, size bigint not null,
  state text not null, fault text not null default '', rows_read integer not null default 0, rows_done integer not null default 0,
  rows_failed integer not null default 0, total integer not null default 0,
  preparer bigint not null, first bigint, second bigint,
  released text not null default '', note text not null default '', undo_reason text not null default '', undone_by bigint,
  created_at bigint not null, changed_at bigint not null, ended_at bigint,
  primary key (province, id),
  constraint import_state check (state in ('reading', 'failed', 'checking', 'submitted', 'accepted', 'writing', 'done', 'undoing', 'undone', 'dropped')),
  constraint import_first check (first is null or first <> preparer),
  constraint import_second check (second is null or (first is not null and second <> preparer and second <> first)),
  constraint import_accepted check (state not in ('writing', 'done', 'undoing', 'undone') or second is not null)
);
create unique index import_number on import_batch (number);
create index import_agency on import_batch (agency, id);
create index import_region on import_batch (region, id);

-- Everybody who ever had a hand in a batch, a principal included; none of them takes a second role in it.
create table import_hand (
  province integer not null, batch bigint not null, person bigint not null, role text not null,
  primary key (province, batch, person, role), foreign key (province, batch) references import_batch (province, id)
);

-- One entry. Its text is emptied when it was published or dropped; findings are kept masked, never the value found.
create table import_row (
  province integer not null, id bigint not null, batch bigint not null, position integer not null,
  state text not null, source text not null, title text not null, category text not null default '', guessed boolean not null default false,
  period text not null default '', number text not null default '', doc_number text not null default '',
  formed_on text, published_on text, body text not null default '', old text not null default '',
  files text not null default '[]', problems text not null default '[]', findings text not null default '[]',
  item bigint,
  primary key (province, id), foreign key (province, batch) references import_batch (province, id),
  constraint row_state check (state in ('ready', 'wrong', 'dropped', 'written', 'failed', 'undone', 'kept'))
);
create unique index row_position on import_row (province, batch, position);
create index row_batch on import_row (province, batch, state, position);
create index old_address_path on old_address (path);
create index import_ended on import_batch (ended_at, id) where hash <> '';
create index import_hash on import_batch (hash);
