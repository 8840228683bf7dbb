"""Gather demand for programs: the plan by series and month, change sets, reasons, submit, baseline runs."""



