-- +goose Up
create table job (
	province bigint not null,
	id bigint not null,
	kind text not null,
	dedupe text not null,
	payload text not null,
	state bigint not null check (state in (0, 1, 2)),
	run_at bigint not null,
	attempt bigint not null,
	revision bigint not null,
	fault text not null,
	created bigint not null,
	primary key (province, id),
	unique (province, kind, dedupe)
);
create index job_due on job (run_at, id) where state < 2;
create index job_dead on job (id) where state = 2;
