-- +goose Up
-- Anonymised cases (办理结果公开): written anew, without a trace to the matter but a keyed mark.
create table casework_outcome (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  type text not null, topic text not null, result text not null, month text not null, title text not null, asked text not null, reply text not null,
  state text not null, note text not null default '', reason text not null default '', published text not null default '',
  author bigint not null, author_for bigint, approver bigint, approver_for bigint,
  primary key (province, id),
  constraint outcome_state check (state in ('review', 'returned', 'published', 'taken_down')),
  constraint outcome_persons check (approver is null or approver <> author and approver <> coalesce(author_for, 0) and coalesce(approver_for, -1) <> author and coalesce(approver_for, -1) <> coalesce(author_for, 0)),
  constraint outcome_approved check (state not in ('published', 'taken_down') or approver is not null)
);
create index casework_outcome_province on casework_outcome (province, published, id) where state = 'published';
create index casework_outcome_prefecture on casework_outcome (prefecture, published, id) where state = 'published';
create index casework_outcome_county on casework_outcome (county, published, id) where state = 'published';
create index casework_outcome_agency on casework_outcome (agency, state, id);
create table casework_outcome_tie (province integer not null, matter bigint not null, mark bytea not null, primary key (province, matter));
