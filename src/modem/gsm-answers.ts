/**
 * What a mobile modem answers to its `AT+` queries (3GPP TS 27.007), as of a modem that is
 * registered at home with a fair signal. Keys are the command without `AT`, in upper case.
 */
export const GSM_ANSWERS: Readonly<Record<string, readonly string[]>> = {
  "+CSQ": ["+CSQ: 17,99"],
  "+CREG?": ["+CREG: 0,1"],
  "+CGREG?": ["+CGREG: 0,1"],
  "+CEREG?": ["+CEREG: 0,1"],
  "+CGATT?": ["+CGATT: 1"],
  "+CFUN?": ["+CFUN: 1"],
  "+COPS?": ['+COPS: 0,0,"Simulated"'],
  "+CGMI": ["pppctl"],
  "+GMI": ["pppctl"],
  "+CGMM": ["simulated modem"],
  "+GMM": ["simulated modem"],
  "+CGMR": ["1"],
  "+GMR": ["1"],
  "+CGSN": ["000000000000000"],
  "+GSN": ["000000000000000"],
  "+CIMI": ["001010000000000"],
  "+GCAP": ["+GCAP: +CGSM,+DS,+ES"],
  "+CGDCONT?": ['+CGDCONT: 1,"IP","internet"'],
  "+CGACT?": ["+CGACT: 1,0"],
  "+FCLASS?": ["0"],
};

/** Commands that set something, or answer a test (`=?`) with OK alone; also wired modems' `+` commands. */
export const EXTENDED_COMMANDS: ReadonlySet<string> = new Set(
  (
    "+CGDCONT +CGQREQ +CGQMIN +CGEREP +CGACT +CGATT +CGREG +CEREG +CREG +CFUN +COPS +CMEE +CPIN +CSQ +CRC +CBST +CMGF +CNMI +CLIP " +
    "+CSCS +CPMS +CLCK +CGPADDR +CGDATA +CHUP +CSMINS +IFC +ICF +IPR +ILRR +DR +DS +ES +ER +EB +EFCS +ETBM +ESR +MS +MR +A8E +FCLASS " +
    "+VCID +PCW +PIG +PMH +PMHF +PQC +PSS +VGR +VGT +GCI +WS46 +ZSNT"
  ).split(" "),
);
