/** A page that only stands there to be read: its language, and the way out. */

import { startLanguage } from "./language.js";
import { startLeaving } from "./leave.js";

startLeaving();
startLanguage();
