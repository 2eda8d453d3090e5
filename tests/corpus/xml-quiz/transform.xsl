<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="question"><h2><xsl:value-of select="."/></h2></xsl:template>
  <xsl:template match="solution"><details><xsl:value-of select="."/></details></xsl:template>
</xsl:stylesheet>
