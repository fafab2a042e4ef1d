-- +goose Up
-- What a unit means to hold in a year (3.1.2). session: what was held of it. A planned session that is given up stays, with the reason.
create table training_planned (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  year integer not null, month integer not null, subject text not null, minutes integer not null, note text not null default '', session bigint, dropped_at bigint, why text not null default '', by_person bigint not null, at bigint not null,
  primary key (province, id),
  constraint training_planned_month check (month between 1 and 12),
  constraint training_planned_minutes check (minutes between 1 and 6000),
  constraint training_planned_why check (dropped_at is null or why <> '' and session is null)
);
create unique index training_planned_once on training_planned (province, agency, year, month, subject);
create index training_planned_agency on training_planned (agency, year, month, id);

-- Whether a unit lets nobody answer without a qualification. Without a row it does once it has given one to anybody.
create table training_rule (
  province integer not null, agency bigint not null, required boolean not null, by_person bigint not null, at bigint not null,
  primary key (province, agency)
);
