/** Runs on every page: theme, forgery token, toasts, questions before acts, menus, polling, charts. */

import { startCellRows } from "./cell-row.js";
import { startCharts } from "./chart.js";
import { startConfirm } from "./confirm.js";
import { startDialogs } from "./dialog.js";
import { startHtmx } from "./htmx-house.js";
import { startMenus } from "./menu.js";
import { startPolling } from "./poll.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toast.js";

startTheme();
startToasts();
startMenus();
startConfirm();
startDialogs();
startHtmx();
startPolling();
startCharts();
startCellRows();
