# Creates or repairs one connection of this user, with the VpnClient cmdlets of
# Windows PowerShell 5.1. This text never changes: what is asked comes as one line
# of JSON in plain ASCII on standard input, and what came of it goes as one line of
# the same kind to standard output. There is no key and no login in either.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$VerbosePreference = 'SilentlyContinue'
# What is asked is $input here; a host that does not gather it leaves it to be read.
$lines = @($input)
if ($lines.Count -eq 0 -and [Console]::IsInputRedirected) { $lines = @([Console]::In.ReadToEnd()) }
$answer = @{ format = 1; state = 'failed'; stage = 'load'; error = ''; id = ''; connection = $null }

# This user's connection of a name; $null when there is none.
function Find-Connection([string]$Name) {
    foreach ($one in @(Get-VpnConnection)) {
        if ($null -ne $one -and [string]$one.Name -eq $Name) { return $one }
    }
    return $null
}

try {
    # By its full path: a module of the same name elsewhere is not meant.
    Import-Module -Name (Join-Path $PSHOME 'Modules\VpnClient\VpnClient.psd1')
    $answer.stage = 'asked'
    $asked = ConvertFrom-Json -InputObject ($lines -join '')
    if ($asked.format -ne 1) { throw 'This is not what the script takes.' }
    $how = @{
        Name = [string]$asked.name
        ServerAddress = [string]$asked.server
        TunnelType = 'L2tp'
        AuthenticationMethod = [string[]]@($asked.auth)
        EncryptionLevel = [string]$asked.encryption
        SplitTunneling = [bool]$asked.split
        Force = $true
        ErrorAction = 'Stop'
    }
    $answer.stage = 'read'
    $was = Find-Connection $how.Name
    $answer.stage = 'write'
    if ($null -eq $was) {
        Add-VpnConnection @how
        $done = 'created'
    } else {
        $how.Name = [string]$was.Name
        Set-VpnConnection @how
        $done = 'repaired'
    }
    $answer.stage = 'read-back'
    $is = Find-Connection $how.Name
    if ($null -eq $is) { throw 'The connection was written, and is not there.' }
    $answer.connection = @{
        Name = [string]$is.Name
        ServerAddress = [string]$is.ServerAddress
        TunnelType = [string]$is.TunnelType
        AuthenticationMethod = @($is.AuthenticationMethod | ForEach-Object { [string]$_ })
        EncryptionLevel = [string]$is.EncryptionLevel
        SplitTunneling = [bool]$is.SplitTunneling
        L2tpIPsecAuth = [string]$is.L2tpIPsecAuth
    }
    $answer.state = $done
} catch {
    $text = [string]$_.Exception.Message
    $answer.error = $text.Substring(0, [Math]::Min(300, $text.Length))
    $answer.id = [string]$_.FullyQualifiedErrorId
}
# Whatever this Windows' code page is, ASCII gets through it. Out does not break
# lines, as PowerShell's own output does at the width of a window.
$json = ConvertTo-Json -InputObject $answer -Depth 4 -Compress
$json = [regex]::Replace($json, '[^\x20-\x7e]', { param($found) '\u{0:x4}' -f [int][char]$found.Value })
[Console]::Out.WriteLine($json)
