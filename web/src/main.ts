import { Playground } from "./playground.js";

const place = document.getElementById("page");
if (place) void new Playground().start(place);
