-- +goose Up
create table search_doc (
	province bigint not null,
	id bigint not null,
	kind text not null,
	at bigint not null,
	place bigint not null unique,
	primary key (province, id)
);
