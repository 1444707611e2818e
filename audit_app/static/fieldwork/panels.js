// Further panels of the fieldwork screen. Each is a module of its own that gets the `field` object (docs/offline.md).
import { setup as finding } from "./finding.js";
import { setup as kin } from "./kin.js";
import { setup as notes } from "./notes.js";
import { setup as sampling } from "./sampling.js";
import { setup as signature } from "./signature.js";

/** Functions `setup(field)`, in the order in which they are called. */
export const panels = [sampling, kin, notes, finding, signature];
