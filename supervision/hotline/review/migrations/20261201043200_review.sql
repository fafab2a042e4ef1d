-- +goose Up
-- A score sheet of a unit (3.1.2, 质检). items: JSON, what is judged with its weight, and what is fatal. The newest version is in force; reviews keep theirs.
create table review_sheet (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  version integer not null, items text not null, pass integer not null, per_month integer not null, by_person bigint not null, at bigint not null,
  primary key (province, id),
  constraint review_sheet_pass check (pass between 1 and 100),
  constraint review_sheet_month check (per_month between 1 and 50)
);
create unique index review_sheet_version on review_sheet (province, agency, version);

-- A month's sample: who repeats it with the seed gets the same recordings. pool: how many there were to choose from.
create table review_draw (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  month text not null, seed text not null, per_seat integer not null, pool integer not null, drawn integer not null, at bigint not null,
  primary key (province, id)
);
create unique index review_draw_once on review_draw (province, agency, month);

-- A recording in the sample. agent: who speaks with the caller. marks: JSON, points by item; fatal: the fatal items found. The agent objects once; who rules is neither he nor the reviewer.
create table review (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  draw bigint not null, month text not null, recording bigint not null, seat bigint not null, agent bigint not null, state text not null default 'open', sheet integer not null,
  reviewer bigint, marks text not null default '', fatal text not null default '', score integer, passed boolean not null default false, note text not null default '', scored_at bigint,
  objection text not null default '', objected_at bigint, ruler bigint, ruling text not null default '', ruling_note text not null default '', ruled_at bigint,
  primary key (province, id),
  constraint review_state check (state in ('open', 'scored', 'objected', 'ruled', 'void')),
  constraint review_score check (score is null or score between 0 and 100),
  constraint review_scored check (state in ('open', 'void') or reviewer is not null and score is not null and scored_at is not null),
  constraint review_reviewer check (reviewer is null or reviewer <> agent),
  constraint review_objected check (state <> 'objected' or objected_at is not null),
  constraint review_ruling check (ruling in ('', 'upheld', 'changed') and (state = 'ruled') = (ruling <> '')),
  constraint review_ruler check (ruler is null or ruler <> agent and ruler <> reviewer)
);
create unique index review_once on review (province, recording);
create index review_agency on review (agency, month, id);
create index review_region on review (region, month, id);
create index review_agent on review (agent, month, id);
