@echo off
rem Starts the script beside this file, made by Tacklebox. Choose "Run as administrator".
"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoLogo -NoProfile -ExecutionPolicy Bypass -File "%~dp0fix-l2tp.ps1" -Undo
pause
