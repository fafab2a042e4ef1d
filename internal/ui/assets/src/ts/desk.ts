// What the staff desk gains: nothing typed is lost, and the list is walked by
// keys.
import { autosave } from "./_autosave";
import { keys } from "./_keys";
import { live } from "./_live";
import { menu } from "./_menu";
import { poll } from "./_poll";
import { rich } from "./_rich";

autosave();
rich(); // after a kept text is back in its field
keys();
poll();
menu();
live();
