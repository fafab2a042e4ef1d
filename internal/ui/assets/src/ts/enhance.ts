// What every page gains where scripts run. Nothing here is the only way to do
// anything.
import { count } from "./_count";
import { guard } from "./_guard";
import { handy } from "./_handy";
import { keep } from "./_keep";
import { readAloud } from "./_read";
import { rows } from "./_rows";
import { suggest } from "./_suggest";

handy();
readAloud();
guard();
count();
rows();
suggest();
keep();
