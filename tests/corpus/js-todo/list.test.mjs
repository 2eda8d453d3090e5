import assert from "node:assert";
import { add } from "./list.js";

assert.deepEqual(add([], " milk "), [{ text: "milk", done: false }]);
assert.deepEqual(add([], "  "), []);
